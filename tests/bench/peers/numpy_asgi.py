"""A peer: NumPy behind uvicorn, without a framework."""
import json

from serve import serve
from backward import answer


async def app(scope, receive, send):
    pieces = []
    while True:
        event = await receive()
        pieces.append(event.get('body', b''))
        if not event.get('more_body'):
            break
    body = json.loads(b''.join(pieces))
    reply = answer(body['network'], body['samples'][0], body.get('include'))
    text = json.dumps(reply, separators=(',', ':')).encode()
    await send({'type': 'http.response.start', 'status': 200, 'headers': [
        (b'content-type', b'application/json'), (b'content-length', str(len(text)).encode())]})
    await send({'type': 'http.response.body', 'body': text})


serve(app)
