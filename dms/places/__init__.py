"""Places (库位): rooms, shelves, cabinets and boxes where papers stand."""
