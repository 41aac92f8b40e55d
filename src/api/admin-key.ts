import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../actions/context.ts'
import { Refusal } from '../core/refusal.ts'
import { hashOfSecret } from '../store/api-keys.ts'
import { WrongKeys } from './wrong-keys.ts'

/** The operator's key, which opens every organization: compared in constant time, and guessed at slowly. */
export class AdminKey {
  private readonly secret: string | null
  private readonly guesses: WrongKeys

  constructor(context: Context) {
    this.secret = context.settings.adminApiKey
    this.guesses = new WrongKeys(context, 'the admin API key')
  }

  /**
   * Refuses a wrong key with 401, and with 429 whoever has been wrong too often, whatever the key is now. An unset key
   * refuses everything.
   */
  check(request: FastifyRequest): void {
    const given = request.headers['x-admin-api-key']
    if (this.secret === null || typeof given !== 'string') throw new Refusal({ kind: 'unauthorized' })
    this.guesses.refuseTooMany(request)
    if (timingSafeEqual(hashOfSecret(given), hashOfSecret(this.secret))) return
    this.guesses.count(request)
    throw new Refusal({ kind: 'unauthorized' })
  }
}
