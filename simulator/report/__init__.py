"""The result as people read it: terminal, tables, workbook, page, pictures."""
