'use strict';
const { grpc, service } = require('./grpc-service');

const trailers = (name, value) => { const m = new grpc.Metadata(); m.set(name, value); return m; };

// With a code's name, as UNAVAILABLE, that is what Unary answers.
const fails = grpc.status[process.argv[2]];

const server = new grpc.Server();
server.addService(service, {
  Unary: (call, done) => fails ? done({ code: fails, details: 'as told' }) : done(null, call.request, trailers('x-seen', String(call.metadata.get('x-tag')))),
  Download: call => { for (let i = 0; i < 3; i++) call.write(Buffer.from(`${call.request}${i}`)); call.end(trailers('x-count', '3')); },
  Upload: (call, done) => {
    let all = '';
    call.on('data', piece => { all += piece; });
    call.on('end', () => done(null, Buffer.from(all)));
  },
  Chat: call => { call.on('data', piece => call.write(Buffer.from(`re:${piece}`))); call.on('end', () => call.end()); },
  Fail: (call, done) => done({ code: grpc.status.FAILED_PRECONDITION, details: 'ein Grund: ü%' }),
  FailLate: call => { call.write(Buffer.from('one')); call.emit('error', { code: grpc.status.DATA_LOSS, details: 'late' }); },
  // What grpc-timeout said, in ms from now.
  Deadline: (call, done) => done(null, Buffer.from(String(call.getDeadline() - Date.now()))),
  // Headers, and nothing else until the caller goes.
  Silent: call => { call.sendMetadata(trailers('x-early', 'yes')); },
});
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(`listening ${port}`);
});
