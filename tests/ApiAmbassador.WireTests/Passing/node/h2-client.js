// Node's own HTTP/2: writes what a response is made of. The second argument is its path.
'use strict';
const http2 = require('http2');

const session = http2.connect(`http://${process.argv[2]}`);
const stream = session.request({ ':path': process.argv[3] });
stream.on('headers', headers => console.log(`interim ${headers[':status']}`));
stream.on('response', headers => console.log(`status ${headers[':status']}`));
stream.on('data', data => console.log(`data ${data}`));
stream.on('trailers', headers => console.log(`trailers ${headers['x-sum']}`));
stream.on('close', () => session.close());
