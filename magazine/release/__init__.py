"""For partners: what is signed, proved, published and carried on."""
