"""What partners carry and can prove: lists of files, notes and keys, their signatures, and who checks them."""
