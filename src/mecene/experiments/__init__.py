"""Did it change anything? Tests whose intervals hold on the gifts of a charity."""
