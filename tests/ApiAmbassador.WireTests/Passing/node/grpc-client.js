// Makes each kind of call at the address given and writes a line for each.
'use strict';
const { grpc, service } = require('./grpc-service');

const Client = grpc.makeGenericClientConstructor(service, 'shop.Orders');
const client = new Client(process.argv[2], grpc.credentials.createInsecure());
const soon = () => ({ deadline: Date.now() + 8000 });
const say = (name, ...values) => console.log([name, ...values].join(' '));

const ended = call => new Promise(resolve => {
  const seen = { data: [], trailer: '', code: -1, details: '' };
  call.on('data', piece => seen.data.push(String(piece)));
  call.on('error', () => {}); // The status says it, too.
  call.on('status', status => resolve({ ...seen, code: status.code, details: status.details, trailer: status.metadata }));
});
const answered = start => new Promise(resolve => {
  let trailer, reply, failure;
  const call = start((error, value) => { failure = error; reply = value; });
  call.on('status', status => { trailer = status.metadata; setImmediate(() => resolve({ failure, reply, trailer })); });
});

(async () => {
  const tag = new grpc.Metadata();
  tag.set('x-tag', 'blue');
  const unary = await answered(done => client.Unary(Buffer.from('hello'), tag, soon(), done));
  say('unary', unary.reply, unary.trailer.get('x-seen'));

  const empty = await answered(done => client.Unary(Buffer.alloc(0), tag, soon(), done));
  say('empty', empty.reply.length);

  const down = await ended(client.Download(Buffer.from('d'), soon()));
  say('download', down.data.join(','), down.trailer.get('x-count'), down.code);

  const up = await answered(done => {
    const call = client.Upload(soon(), done);
    ['a', 'b', 'c'].forEach(piece => call.write(Buffer.from(piece)));
    call.end();
    return call;
  });
  say('upload', up.reply);

  // Each message is sent when the answer to the last has come: nothing may be kept back on the way.
  const chat = client.Chat(soon());
  const heard = [];
  const over = ended(chat);
  chat.on('data', piece => { heard.push(String(piece)); heard.length < 3 ? chat.write(Buffer.from(`${heard.length}`)) : chat.end(); });
  chat.write(Buffer.from('0'));
  say('chat', (await over).code, heard.join(','));

  const fail = await answered(done => client.Fail(Buffer.alloc(0), soon(), done));
  say('fail', fail.failure.code, fail.failure.details);

  const late = await ended(client.FailLate(Buffer.alloc(0), soon()));
  say('late', late.data.join(','), late.code, late.details);

  const deadline = await answered(done => client.Deadline(Buffer.alloc(0), { deadline: Date.now() + 5000 }, done));
  say('deadline', Number(deadline.reply) > 1000 && Number(deadline.reply) <= 5000);

  const exceeded = await ended(client.Silent(Buffer.alloc(0), { deadline: Date.now() + 300 }));
  say('exceeded', exceeded.code);

  const silent = client.Silent(Buffer.alloc(0), soon());
  const gone = ended(silent);
  silent.on('metadata', headers => { say('silent', headers.get('x-early')); silent.cancel(); });
  say('cancelled', (await gone).code);
  client.close();
})();
