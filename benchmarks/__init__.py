"""How fast Mammo is, measured: ``python -m benchmarks NAME`` or ``make bench``. One module is one benchmark."""
