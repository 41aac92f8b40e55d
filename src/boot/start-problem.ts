/**
 * A reason why Weir cannot start (or a command cannot run) that the operator can fix. `message` is one clear
 * sentence; the command line prints it without a stack trace and exits with code 1.
 */
export class StartProblem extends Error {
  override readonly name = 'StartProblem'
}
