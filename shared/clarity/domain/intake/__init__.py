"""What clients send becomes samples in columns: units, dates, rows, rejections."""
