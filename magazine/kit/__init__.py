"""What partners take along: programs that check and fetch a copy, and the settings of their web servers."""
