"""The benchmarks on the services of a cluster; each has a database, a Redis database and topics of its own."""
