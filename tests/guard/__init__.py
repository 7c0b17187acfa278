"""What holds in every test, whatever it is about: nothing but this machine is asked."""
