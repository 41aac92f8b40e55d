import { send } from '../api/client.ts'

export type Installation = {
  readonly has_users: boolean
  readonly sign_up: 'open' | 'closed'
  readonly version: string
  readonly has_smtp: boolean
}

/** What anybody may know about this installation. */
export async function readInstallation(): Promise<Installation> {
  const answer = await send<Installation | { installation: Installation }>('GET', '/api/weir/v1/installation')
  return 'installation' in answer ? answer.installation : answer
}
