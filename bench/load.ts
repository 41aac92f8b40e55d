import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Load, LoadResult } from './load-process.ts'

type Answer = { readonly results: readonly LoadResult[] } | { readonly error: string }

/** A process that generates load, separate from the measuring process and the server. */
export class LoadGenerator {
  private readonly child: ChildProcess

  constructor() {
    this.child = fork(join(import.meta.dirname, 'load-process.ts'))
  }

  /** Runs loads in parallel. Throws when one got a response that is neither 200 nor 429. */
  async run(...loads: readonly Load[]): Promise<readonly LoadResult[]> {
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.child.once('message', (message) => resolve(message as Answer))
      this.child.once('exit', () => reject(new Error('the load generator ended')))
      this.child.send(loads)
    })
    this.child.removeAllListeners('exit')
    if ('error' in answer) throw new Error(answer.error)
    const wrong = answer.results.find((each) => each.wrong !== null)
    if (wrong) throw new Error(`${wrong.wrongCount} wrong answers, the first: ${wrong.wrong}`)
    return answer.results
  }

  /** The result of one load. */
  async one(load: Load): Promise<LoadResult> {
    const [result] = await this.run(load)
    if (!result) throw new Error('the load gave no result')
    return result
  }

  stop(): void {
    this.child.kill()
  }
}
