"""Runs an ASGI application under uvicorn on a free port and says which, once it listens."""
import os

os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')  # read when NumPy is loaded: faster for this
import uvicorn  # noqa: E402


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        print(f'peer listening on http://127.0.0.1:{port}', flush=True)


def serve(app):
    """uvloop and httptools are taken if they are there: uvicorn's own choice."""
    Server(uvicorn.Config(app, port=0, log_level='error', access_log=False, lifespan='off')).run()
