// Speaks WebSocket with the address given: over HTTP/1.1, or over a stream of HTTP/2 (RFC 8441) when the second argument is h2.
'use strict';
const http2 = require('http2');
const { WebSocket, Sender, Receiver } = require('ws');

const [, , authority, version] = process.argv;
const path = '/chat%2Froom?a=%41';
const large = Buffer.alloc(200_000, 7);

if (version !== 'h2') {
  const socket = new WebSocket(`ws://${authority}${path}`, ['talk', 'sing']);
  let count = 0;
  socket.on('message', (data, isBinary) => {
    console.log(isBinary ? `binary ${data.equals(large)}` : `text ${data}`);
    if (count++ === 0) { console.log(`protocol ${socket.protocol}`); socket.send('hello'); socket.send(large); }
    if (count === 3) socket.close(4001, 'enough');
  });
  socket.on('close', (code, reason) => console.log(`closed ${code} ${reason}`));
} else {
  const session = http2.connect(`http://${authority}`);
  session.on('remoteSettings', settings => {
    console.log(`extended-connect ${settings.enableConnectProtocol}`);
    const stream = session.request({
      ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'http', ':path': path, ':authority': authority,
      'sec-websocket-version': '13', 'sec-websocket-protocol': 'talk',
    }, { endStream: false });
    stream.on('response', headers => {
      console.log(`status ${headers[':status']}`);
      console.log(`protocol ${headers['sec-websocket-protocol']}`);
      const sender = new Sender(stream), receiver = new Receiver({ isServer: false });
      let count = 0;
      stream.pipe(receiver);
      receiver.on('message', (data, isBinary) => {
        console.log(isBinary ? `binary ${data.equals(large)}` : `text ${data}`);
        if (count++ === 0) { sender.send('hello', { mask: true, fin: true }); sender.send(large, { mask: true, binary: true, fin: true }); }
        if (count === 3) sender.close(4001, 'enough', true);
      });
      receiver.on('conclude', (code, reason) => { console.log(`closed ${code} ${reason}`); session.close(); stream.end(); });
    });
  });
}
