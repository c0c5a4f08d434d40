"""For organisers: signatures on paper, the number, the delivery, and forgetting after it."""
