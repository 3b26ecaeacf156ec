/** What a step found; `output` is printed where it failed, `note` always. */
export interface StepResult {
  readonly passed: boolean;
  readonly output: string;
  readonly note?: string;
}
