// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Construction, the checks that every call begins with, and its end: publish, then tell the clients.
#include <controlplane/group_manager/core.hh>

#include <spdlog/spdlog.h>

namespace mcfwd::group_manager {

namespace {

constexpr std::chrono::seconds kPublishRetry{1};

} // namespace

void Dispatcher::note_failure(const char* what) {
    ++failures_;
    spdlog::error("group_manager: callback failed what=\"{}\"", what);
}

Core::Core(Environment environment, Settings wanted_settings, Observer observer)
    : env(environment),
      settings(wanted_settings),
      publication(env.sink, entries),
      dispatcher(std::move(observer)),
      self(std::make_shared<Core*>(this)) {}

Expected<void> Core::ready() const {
    if (!started) {
        return fail(Status::kCanNotComplete, "the group manager is not started");
    }
    if (dispatcher.inside()) {
        return fail(Status::kCanNotComplete, "called from inside a callback; post the call instead");
    }
    return {};
}

Expected<Client*> Core::caller(ClientHandle handle) {
    if (auto result = ready(); !result) {
        return std::unexpected(result.error());
    }
    Client* client = clients.find(handle);
    if (client == nullptr) {
        return fail(Status::kInvalidParameter, fmt::format("no client has handle {} (event 50019)", handle));
    }
    return client;
}

bool Core::may_log() {
    const auto held_back = client_log.allow(env.clock.now());
    if (held_back.value_or(0) > 0) {
        spdlog::info("group_manager: not logged lines={}", *held_back);
    }
    return held_back.has_value();
}

std::string Core::name(InterfaceKey interface) const {
    std::string text = env.interfaces.interface_name(interface.interface)
                           .value_or(fmt::format("interface {}", interface.interface));
    if (!interface.next_hop.is_unspecified()) {
        text += fmt::format(" via {}", interface.next_hop);
    }
    return text;
}

void Core::flush(const std::string& cause, Then then) {
    // What waits and finds room by this is part of the same version.
    note(publication.flush(cause, publication.waiting() ? Then::kGather : then));
    if (publication.take_freed() && publication.waiting()) {
        retry(Then::kGather);
    }
    if (then == Then::kPublish) {
        publication.publish_gathered(cause);
    }
}

void Core::publish_gathered() {
    if (publication.gathered() && !publication.pending() && slices.empty()) {
        flush(batch_cause, Then::kPublish);
    }
}

void Core::retry(Then then) {
    const std::vector<SourceGroup> flows = publication.waiting_flows(settings.commit_limit);
    const Room room(*this, room_for_retry(flows), Memory::Use::kShrink);
    if (!room) {
        retry_at = env.clock.now() + kPublishRetry;
        return;
    }
    retry_at.reset();
    const std::string cause = "room for what was refused";
    const Publication::Outcome outcome = publication.retry(flows, cause, then);
    if (then == Then::kPublish) {
        publication.publish_gathered(cause);
    }
    if (!outcome.why && publication.waiting()) {
        retry_at = env.clock.now(); // there may be room for more
    }
    for (const SourceGroup& flow : outcome.caught_up) {
        if (const Entry* entry = entries.find(flow)) {
            report_mfe(MfeChanged::What::kUpdated, *entry);
        }
    }
    note(outcome);
}

void Core::note(const Publication::Outcome& outcome) {
    const Instant now = env.clock.now();
    metrics.publish_failures += outcome.refused.size();
    for (const SourceGroup& flow : outcome.refused) {
        if (const Entry* entry = entries.find(flow)) {
            report_mfe(MfeChanged::What::kRefused, *entry);
        }
    }
    if (!outcome.refused.empty() && outcome.why) {
        if (const auto held_back = full_log.allow(now)) {
            spdlog::error(
                "group_manager: table refused updates, will retry flow={} of={} reason=\"{}\" more={}",
                outcome.refused.front(), outcome.refused.size(), outcome.why->what, *held_back);
        }
    }
    if (!publication.waiting()) {
        retry_at.reset();
    } else if (!retry_at) {
        retry_at = now + kPublishRetry;
    }
}

void Core::begin_batch(std::string cause) {
    if (batch_depth++ > 0) {
        return;
    }
    add_cause(std::move(cause));
}

void Core::add_cause(std::string cause) {
    if (!held) {
        batch_cause = std::move(cause);
    } else if (!batch_cause.ends_with(cause)) {
        batch_cause += "; " + cause;
    }
}

void Core::end_batch(GroupManager::Batch::End end) {
    // Inside a callback every call was refused, and what the call around it changed is not complete.
    if (--batch_depth > 0 || dispatcher.inside()) {
        return;
    }
    refreshed = 0;
    const bool more = take_goes_on() || end == GroupManager::Batch::End::kHold;
    held = end == GroupManager::Batch::End::kHold && publication.pending() &&
           publication.pending_flows() <= settings.commit_limit && batched.size() <= settings.commit_limit;
    if (held) {
        return;
    }
    if (!more) {
        publish_gathered();
    }
    flush_batch(more ? Then::kGather : Then::kPublish);
}

void Core::flush_batch(Then then) {
    const bool waited = std::exchange(held, false);
    if (publication.pending()) {
        flush(batch_cause, then);
    }
    std::vector<Emission> due = std::exchange(batched, {});
    if (waited) {
        std::erase_if(due, [this](const Emission& emission) {
            return emission.cause == AlertCause::kEntry && is_moot(emission);
        });
    }
    emit(due);
    close_rooms();
}

GroupManager::GroupManager(Environment environment, Settings settings, Observer observer)
    : core_(std::make_unique<Core>(environment, settings, std::move(observer))) {}

GroupManager::~GroupManager() = default;

Expected<void> GroupManager::start() {
    if (core_->started) {
        spdlog::warn("group_manager: started already event=50004");
        return fail(Status::kCanNotComplete, "the group manager runs already (event 50004)");
    }
    core_->started = true;
    return {};
}

void GroupManager::stop() {
    Core& core = *core_;
    if (!core.started || core.dispatcher.inside()) {
        return;
    }
    for (const auto& [flow, entry] : core.entries.all()) {
        core.publication.touch(flow);
    }
    for (const auto& [interface, record] : core.interest.records()) {
        core.publication.set_signal(interface, false);
        core.sweeps.disarm(record.sweep_at, interface);
    }
    core.entries.clear();
    core.interest.clear();
    core.clients.clear();
    core.enumerations.clear();
    core.forget_slices();
    core.reported_owners.clear();
    std::erase_if(core.handoffs, [](const auto& item) { return !item.first.next_hop.is_unspecified(); });
    core.batched.clear();
    core.held = false;
    core.goes_on = false;
    core.flush("group manager stopped", Then::kPublish);
    core.close_rooms();
    core.started = false;
}

GroupManager::Batch::Batch(GroupManager& group_manager, std::string cause, End end)
    : core_(*group_manager.core_),
      end_(end) {
    core_.begin_batch(std::move(cause));
}

GroupManager::Batch::~Batch() {
    core_.end_batch(end_);
}

} // namespace mcfwd::group_manager
