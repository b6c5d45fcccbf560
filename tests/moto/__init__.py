"""moto, the fake of AWS that the tests of the AWS adapters and of the template run on."""
