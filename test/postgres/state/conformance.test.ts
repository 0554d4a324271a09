import { stateConformance } from "../../state/state-conformance.ts";
import { MAJORS } from "../../support/postgres/servers.ts";
import { postgresPlace } from "./postgres-place.ts";

for (const major of MAJORS) stateConformance(`PostgreSQL ${major}`, () => postgresPlace(major));
