"""What rests in the record: one module of plain repositories an aggregate, over the Record of `contract`."""
