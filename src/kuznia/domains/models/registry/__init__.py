"""What happens to versions once they are there: promotion, rollback, comparison, removal, exchange."""
