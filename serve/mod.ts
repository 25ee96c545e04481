/** Runs on a page: views of searches and trainings, pictures of them, a server, reports. */
export { type DashboardOptions, serveDashboard } from "./server.ts";
export { reportPage } from "./page/document.ts";
export { type BestPoint, type Course, courseOf, type Speed } from "./views/course.ts";
export { type FrontDot, type FrontView, frontView } from "./views/front_view.ts";
export { type Histogram, histogramOf } from "./views/histogram.ts";
export { readableView, type RunEntry, runEntry, type RunView, runView, type UnreadableView } from "./views/run_view.ts";
export { type SearchView, searchView, type TopCandidate } from "./views/search_view.ts";
export { type LossPoint, lossPoints, type TrainingView, trainingView } from "./views/training_view.ts";
