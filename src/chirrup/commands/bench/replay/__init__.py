"""One workload replayed under different rules of what is pushed and what is merged at read."""
