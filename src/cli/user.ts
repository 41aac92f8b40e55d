import { createOwnerLink } from '../actions/users/owner-link.ts'
import { createResetLink } from '../actions/users/reset-password.ts'
import { StartProblem } from '../boot/start-problem.ts'
import { findUserByEmail } from '../store/users.ts'
import { withContext } from './command-context.ts'

/** `weir user reset-link`: prints a link with which the user of an address sets a new password. */
export async function printResetLink(email: string): Promise<void> {
  await withContext(async (context) => {
    const user = await findUserByEmail(context.database, email)
    if (!user) throw new StartProblem(`There is no user ${email}.`)
    console.log(await createResetLink(context, user.id))
  })
}

/** `weir user owner-link`: prints a link with which the owner of the first organization signs in for the first time. */
export async function printOwnerLink(): Promise<void> {
  await withContext(async (context) => {
    const link = await createOwnerLink(context)
    if (link === null)
      throw new StartProblem('Nobody needs one: the first organization has a member, or there is none yet.')
    console.log(link)
  })
}
