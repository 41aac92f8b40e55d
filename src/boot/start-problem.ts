/**
 * A reason why Weir can not start (or a command can not run) that the operator can act on.
 * `message` is one clear sentence; the command line prints it without a stack and ends with code 1.
 */
export class StartProblem extends Error {
  override readonly name = 'StartProblem'
}
