import { request } from 'node:http';
import { challengePath } from '../playbook/haproxy/acme';

/** Milliseconds for one answer. */
const answerMs = 5000;

/**
 * Asks as an authority does for the answer to a challenge that there is not.
 * @returns what is wrong with the answer; undefined where it is ours, or where nobody is reached from here
 */
export function wrongAnswer(
  address: string,
  name: string,
  thumbprint: string,
  signal?: AbortSignal,
  port = 80,
): Promise<string | undefined> {
  const token = 'haprov-looks-whether-it-answers';
  return new Promise((resolve) => {
    const asked = request(
      {
        host: address,
        port,
        path: `${challengePath}${token}`,
        headers: { host: name, connection: 'close' },
        timeout: answerMs,
        agent: false,
        ...(signal ? { signal } : {}),
      },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          body = (body + part).slice(0, 1000);
        });
        answer.on('error', () => resolve('the answer breaks off'));
        answer.on('end', () =>
          resolve(
            answer.statusCode === 200 && body.trim() === `${token}.${thumbprint}`
              ? undefined
              : `it answers with status ${answer.statusCode}`,
          ),
        );
      },
    );
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}
