/** After a merge: finds the changesets that the pull request showed, so that they and nothing else are applied. */
import { findArtifact, findMerged } from "./support/artifacts.ts";
import { GitHub } from "./support/github.ts";
import { input, runStep, say, setOutput, variable } from "./support/runner.ts";

await runStep(async () => {
  const github = new GitHub();
  const { number, head } = await findMerged(github, variable("GITHUB_SHA"));
  const { run } = await findArtifact(github, { name: input("ARTIFACT"), number, head });
  say(`Applying what was reviewed in #${number} at ${head.slice(0, 12)}: the artifact of run ${run}.`);
  setOutput("run", String(run));
});
