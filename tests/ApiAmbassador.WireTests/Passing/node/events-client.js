// An EventSource, as browsers have it: says when it is open, which is when the headers are in, and then what comes.
'use strict';
const { EventSource } = require('undici');

const source = new EventSource(`http://${process.argv[2]}/events`);
source.onopen = () => console.log('open');
source.onmessage = event => { console.log(`message ${event.data}`); source.close(); };
source.onerror = event => { console.log(`error ${event.message}`); process.exit(1); };
