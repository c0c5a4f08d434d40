"""From WordPress and back: its export files read and written."""
