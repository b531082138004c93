// /katalog: searching, and nothing else.
import { find } from "./dom.js";
import { search } from "./person_search.js";

search();
find("#person-typed").focus();
