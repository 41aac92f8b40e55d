import { randomBytes } from 'node:crypto'
import { insertSession } from '../../store/sessions.ts'
import type { Context } from '../context.ts'
import type { Sender } from '../security-logs/sender.ts'

/** Opens a session of a user; gives the token of its cookie, of which only the hash is stored. */
export async function openSession(context: Context, userId: string, sender: Sender): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await insertSession(context.database, { userId, token, ...sender, now: context.systemNow() })
  return token
}
