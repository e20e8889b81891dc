-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a script calls to get a job done.

return {
  burn_playlist = require "redbook.recipe.burn_playlist",
  burn_set = require "redbook.recipe.burn_set",
  continue_playlist = require("redbook.recipe.resume").continue_playlist,
  copies = require "redbook.recipe.copies",
  diagnose = require "redbook.recipe.diagnose",
  erase_disc = require "redbook.recipe.erase_disc",
  render = require "redbook.recipe.render",
  rescue = require "redbook.recipe.rescue",
  verify = require("redbook.recipe.verify").verify,
  wait_for_blank = require "redbook.recipe.wait_for_blank",
  wait_until_ready = require "redbook.recipe.wait_until_ready",
  with_retries = require "redbook.recipe.with_retries",
}
