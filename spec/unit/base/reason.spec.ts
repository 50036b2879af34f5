import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { createSecureContext, createServer as createTlsServer, connect as secureConnect } from 'node:tls';
import { codeOf, reasonOf, SystemError, wordsOf } from '../../../lib/base/index.ts';
import { noOpenssl, TlsBench } from '../../support/tls/tls.ts';

const failureOf = (work: () => unknown): Promise<unknown> =>
  Promise.resolve()
    .then(work)
    .then(
      () => assert.fail('it did not fail'),
      (error) => error,
    );

describe('the reason of an error', () => {
  it('names the file and is in words', async () => {
    const error = await failureOf(() => readFile('/no/such'));
    assert.deepEqual(
      [reasonOf(error), wordsOf(error), codeOf(error)],
      ['/no/such: no such file or directory', 'no such file or directory', 'ENOENT'],
    );
  });

  it('names the address and port of a connection', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const taken = await failureOf(() => once(createServer().listen(port, '127.0.0.1'), 'listening'));
    assert.equal(reasonOf(taken), `cannot listen: address already in use (127.0.0.1 port ${port})`);
    server.close();
    await once(server, 'close');
    const refused = await failureOf(() => once(connect(port, '127.0.0.1'), 'connect'));
    assert.equal(reasonOf(refused), `connection refused (127.0.0.1 port ${port})`);
    assert.equal(wordsOf(refused), 'connection refused');
  });

  it('names each address that failed, and the same reason once', async () => {
    const lookup = (_host: string, _options: object, done: (...given: unknown[]) => void) =>
      done(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '127.0.0.2', family: 4 },
      ]);
    const error = await failureOf(() =>
      once(connect({ host: 'x', port: 1, lookup: lookup as never }), 'connect'),
    );
    assert.equal(
      reasonOf(error),
      'connection refused (127.0.0.1 port 1); connection refused (127.0.0.2 port 1)',
    );
    assert.equal(reasonOf(new AggregateError([new Error('a'), new Error('a')])), 'a');
  });

  it('names a unix socket by its path', async () => {
    const error = await failureOf(() => once(connect('/no/such/socket'), 'connect'));
    assert.equal(reasonOf(error), '/no/such/socket: no such file or directory');
  });

  it('names a program that cannot be started', async () => {
    const error = await failureOf(() => once(spawn('/no/such/program'), 'spawn'));
    assert.equal(reasonOf(error), '/no/such/program: no such file or directory');
  });

  it('names the call if there is no file or address', async () => {
    const error = await failureOf(() => process.setgroups!(Array(70_000).fill(1)));
    assert.match(reasonOf(error), /^setgroups: (invalid argument|operation not permitted)$/);
  });

  it('is what OpenSSL says, without its files and lines', async () => {
    const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    const error = await failureOf(() => createSecureContext({ cert: pem }));
    assert.match(reasonOf(error), /^[\w ]+$/);
  });

  it("is what a certificate lacks, without Node's advice on how to run Node", {
    skip: noOpenssl,
  }, async () => {
    const { cert, key } = new TlsBench().identity;
    const server = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const error = await failureOf(() => once(secureConnect(port, 'localhost'), 'secureConnect'));
    server.close();
    assert.match(String(error), /; .*--use-system-ca/); // so there is something to leave out
    assert.equal(reasonOf(error), 'unable to verify the first certificate');
    assert.equal(reasonOf(new Error('a; b')), 'a; b');
  });

  it('is the message of any other error, and the text of any other value', () => {
    assert.equal(reasonOf(new TypeError('wrong')), 'wrong');
    assert.equal(reasonOf('wrong'), 'wrong');
    assert.equal(reasonOf(undefined), 'undefined');
    assert.equal(codeOf(new Error('no code')), '');
    assert.equal(codeOf({ code: 'not an error' }), '');
  });
});

describe('an error of a C function', () => {
  it('has the code of the system and its words', () => {
    const error = new SystemError('flock', 13);
    assert.deepEqual(
      [error.name, error.code, error.message, reasonOf(error)],
      ['SystemError', 'EACCES', 'flock: permission denied', 'flock: permission denied'],
    );
    assert.match(String(error.stack), /^SystemError: flock: permission denied\n/);
  });
});
