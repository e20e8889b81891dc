-- SPDX-License-Identifier: GPL-3.0-or-later
-- discinfo.lua: what is on a disc, or in an image of one.

local lfs = require "lfs"

local common = require "redbook.cli.common"
local core = require "redbook.core"
local disc = require "redbook.report.disc"
local failure = require "redbook.failure"

-- A drive may be named without --device too.
local function is_drive(name)
  local mode = lfs.attributes(name, "mode")
  return name:find "^virtual:" or name:find "^replay:" or mode == "block device"
    or mode == "char device"
end

local function define(parser)
  parser:argument("image", "Image of a disc: .cue with its .bin, .toc of cdrdao, .nrg. Without "
    .. "it the disc in the drive is read."):args("?"):argname "IMAGE"
end

local function check(options)
  if options.image and options.device then
    return nil, "name an image or a --device, not both"
  end
  if options.image and is_drive(options.image) then
    options.device, options.image = options.image, nil
  end
  return true
end

local function write_speeds(recorder)
  local tao <close> = core.TrackAtOnce()
  tao.Recorder = recorder
  return tao.SupportedWriteSpeeds
end

-- A drive that only reads has no write speeds; whatever else is wrong comes up again elsewhere.
local function speeds_of(recorder)
  local ok, speeds = pcall(write_speeds, recorder)
  return ok and speeds or {}
end

-- A medium that is not there or not ready needs no sense codes in a sentence for people.
local function medium_failure(err)
  local known = err.sense and err.sense.key == 2 and core.errors[err.code]
  local message = known and known.message:gsub("%.$", ""):gsub("^%u", string.lower) or nil
  return failure.from(err, "medium", { disc = "untouched", message = message })
end

local function of_drive(job)
  local recorder, err = job:recorder()
  if not recorder then return nil, err end
  local contents, problem = recorder:DiscContents()
  local summary
  if contents then summary, problem = recorder:MediaSummary() end
  if not summary then return nil, medium_failure(problem) end
  return disc.describe(contents, { device = job.device, summary = summary,
    vendor = recorder.VendorId, product = recorder.ProductId,
    revision = recorder.ProductRevision, speeds = speeds_of(recorder) })
end

local function of_image(path)
  local contents, err = core.read_image(path)
  if not contents then return nil, failure.from(err, "source", { disc = "untouched" }) end
  return disc.describe(contents, nil, path)
end

local function run(job)
  local path = job.options.image
  local event, err
  if path then event, err = of_image(path) else event, err = of_drive(job) end
  if not event then return nil, err end
  job:emit(event)
  if not job.options.json then
    for _, line in ipairs(disc.lines(job:plain(event), job.width)) do job:say(line) end
  end
  return true
end

return common.program {
  name = "discinfo", summary = "Shows what is on a disc, or in an image of one: state, capacity, "
    .. "tracks, codes, CD-TEXT, ids.",
  usage = "[OPTION]... [IMAGE]", device = true, looks = true, define = define, check = check,
  run = run,
  epilog = "Exit: 0 shown; 2 usage, or nothing can be shown; 3 no such drive; 4 no permission or "
    .. "busy; 5 no disc, or one that is not ready; 6 an image that cannot be read.",
}
