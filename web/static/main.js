// What the pages gain from a script; without one, everything here has a link or a button.
import { watchJob } from "./jobs.js";
import { watchJudging } from "./judging.js";
import { watchKeys } from "./keys.js";
import { markLoading } from "./loading.js";
import { watchPictures } from "./pictures.js";
import { watchScrolling } from "./scrolling.js";

markLoading(document);
watchJob();
watchJudging();
watchKeys();
watchPictures();
watchScrolling();
