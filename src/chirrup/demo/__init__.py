"""A made-up community of birds and bird-watchers, which fills a new instance, and goes on while it is served.

`people` casts it, `grammar` gives it words (from `texts/`), `history` has it live for some days, and `filling` writes
that history as if it had happened: with ids and events of its own times. `scenes` and `drawing` make its pictures,
`gallery` stores them, and `settling` sees to what follows from it all. `roster` keeps who is made up; `living` has
these members go on beside a server, with what `plan` says, by the verbs that `members` calls.
"""
