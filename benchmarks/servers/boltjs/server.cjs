// @slack/bolt with its HTTPReceiver: each /lock is written to the store before it is acknowledged.
// Arguments: the signing secret, the store's unix socket.
const { App, HTTPReceiver, LogLevel } = require('@slack/bolt');
const Redis = require('ioredis');

const [secret, socket] = process.argv.slice(2);
const redis = new Redis({ path: socket, enableAutoPipelining: true });
const receiver = new HTTPReceiver({ signingSecret: secret, endpoints: '/slack/events', logLevel: LogLevel.ERROR });
const app = new App({
  receiver,
  logLevel: LogLevel.ERROR,
  authorize: async () => ({ botToken: 'xoxb-example', botId: 'B0EXAMPLE', botUserId: 'U0EXAMPLE', teamId: 'T0EXAMPLE' }),
});

app.command('/lock', async ({ ack, command }) => {
  const record = JSON.stringify({
    command: 'lock',
    user: command.user_id,
    at_ms: Date.now(),
    text: command.text,
    channel: command.channel_id,
    response_url: command.response_url,
    trigger_id: command.trigger_id,
  });
  await redis.xadd('reference:inbox', '*', 'k', 'request', 'd', record);
  await ack('Locking your class …');
});

(async () => {
  await redis.ping();
  const server = await app.start({ port: 0, host: '127.0.0.1' });
  console.log(`listening on ${server.address().port}`);
})();
