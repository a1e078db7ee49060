// A service without a schema: every message is bytes. `call` says how many messages go each way.
'use strict';
const grpc = require('@grpc/grpc-js');

const bytes = value => value;
const method = (name, requestStream, responseStream) => ({
  path: `/shop.Orders/${name}`, requestStream, responseStream,
  requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes, responseDeserialize: bytes,
});

module.exports = {
  grpc,
  service: {
    Unary: method('Unary', false, false),
    Download: method('Download', false, true),
    Upload: method('Upload', true, false),
    Chat: method('Chat', true, true),
    Fail: method('Fail', false, false),
    FailLate: method('FailLate', false, true),
    Deadline: method('Deadline', false, false),
    Silent: method('Silent', false, true),
  },
};
