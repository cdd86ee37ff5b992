"""The life of records (生命周期): filed under a number for good; what never was is destroyed after its time in the trash."""
