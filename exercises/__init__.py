"""The four exercises; write your answers into the modules beside this file."""
