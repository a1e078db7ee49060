// Makes so many calls at the address given, one after the other, and writes the status of each.
'use strict';
const { grpc, service } = require('./grpc-service');

const Client = grpc.makeGenericClientConstructor(service, 'shop.Orders');
const client = new Client(process.argv[2], grpc.credentials.createInsecure());
const call = () => new Promise(resolve => client.Unary(Buffer.from('hello'), { deadline: Date.now() + 8000 }, error => resolve(error ? error.code : 0)));

(async () => {
  for (let i = 0; i < Number(process.argv[3]); i++) console.log(await call());
  client.close();
})();
