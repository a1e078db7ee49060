// Sends every message back, with what it was asked with.
'use strict';
const http = require('http');
const { WebSocketServer } = require('ws');

const server = http.createServer();
const sockets = new WebSocketServer({ server, handleProtocols: offered => [...offered][0] });
sockets.on('connection', (socket, request) => {
  socket.send(`${request.method} ${request.url} ${request.headers['x-forwarded-host'] !== undefined}`);
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on('close', (code, reason) => console.log(`closed ${code} ${reason}`));
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
