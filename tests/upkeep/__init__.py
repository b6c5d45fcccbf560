"""Programs that bring the product's tables of the outer world up to date, or say what is wrong with them."""
