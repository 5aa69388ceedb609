module untag

go 1.26.0
