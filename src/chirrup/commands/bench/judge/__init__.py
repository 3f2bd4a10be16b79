"""The judge of home timelines: histories of acts, done in an application and told to a naive oracle beside it.

Every page that anybody reads has to be the oracle's. Histories are plain data, so that one which shows a difference
can be shortened, kept, and played again on either profile.
"""
