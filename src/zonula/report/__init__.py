"""From a result to what people read: figures, tables, the run's folder, the report."""
