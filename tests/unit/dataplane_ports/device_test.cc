// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Device texts of the configuration, and what users of PCI devices are told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dataplane/device.hh>

#include "fake_sysfs.hh"

namespace mcfwd::dataplane {
namespace {

using testing::HasSubstr;
using testing::Not;

Device parsed(const char* text) {
    auto device = parse_device(text);
    EXPECT_TRUE(device) << text;
    return device.value_or(Device{});
}

TEST(DeviceText, NamesAKernelInterface) {
    EXPECT_EQ(parsed("af_xdp:veth0"), (Device{DeviceKind::kAfXdp, "veth0", ""}));
    EXPECT_EQ(parsed("af_packet:enp3s0f0.10"), (Device{DeviceKind::kAfPacket, "enp3s0f0.10", ""}));
    EXPECT_EQ(parsed("af_xdp:eth0,force_copy=1"), (Device{DeviceKind::kAfXdp, "eth0", "force_copy=1"}));
}

TEST(DeviceText, NamesAPciAddressWithOrWithoutDomain) {
    EXPECT_EQ(parsed("0000:3b:00.0"), (Device{DeviceKind::kPci, "0000:3b:00.0", ""}));
    EXPECT_EQ(parsed("3B:00.1"), (Device{DeviceKind::kPci, "0000:3b:00.1", ""}));
    EXPECT_EQ(parsed("0000:3b:00.0,mprq_en=1,txq=2").devargs(), "0000:3b:00.0,mprq_en=1,txq=2");
}

TEST(DeviceText, NamesAVirtualDevice) {
    EXPECT_EQ(parsed("net_null0"), (Device{DeviceKind::kVdev, "net_null0", ""}));
    EXPECT_EQ(parsed("net_memif0,role=client,socket=/run/m.sock"),
              (Device{DeviceKind::kVdev, "net_memif0", "role=client,socket=/run/m.sock"}));
}

TEST(DeviceText, RefusesWhatIsNoneOfThese) {
    for (const char* text :
         {"", ",iface=x", "eth0:1", "3b:00.8", "0000:3b:00.", "net null", "pci/0", "af-xdp:eth0"}) {
        const auto device = parse_device(text);
        ASSERT_FALSE(device) << text;
        EXPECT_EQ(device.error().status, Status::kInvalidParameter);
        EXPECT_THAT(device.error().what, HasSubstr("af_packet:INTERFACE")) << text;
    }
}

TEST(DeviceText, RefusesInterfaceNamesThatTheKernelCannotHave) {
    for (const char* text :
         {"af_xdp:", "af_xdp:sixteen-letters-", "af_packet:a/b", "af_xdp:a b", "af_xdp:.."}) {
        const auto device = parse_device(text);
        ASSERT_FALSE(device) << text;
        EXPECT_THAT(device.error().what, HasSubstr("no name of a kernel interface")) << text;
    }
    EXPECT_TRUE(parse_device("af_xdp:fifteen-letters"));
}

TEST(PciExplanation, ListsTheNicsThatExist) {
    const FakeSysfs sysfs;
    sysfs.pci_device("0000:3b:00.0", "0x020000", "ixgbe");
    sysfs.pci_device("0000:3b:00.1", "0x020000", "");
    sysfs.pci_device("0000:00:1f.2", "0x010601", "ahci");
    EXPECT_EQ(explain_pci("0000:5e:00.0", "", sysfs.root()),
              "no such PCI device; network devices of this machine: 0000:3b:00.0 (ixgbe), 0000:3b:00.1 (no "
              "driver)");
}

TEST(PciExplanation, TellsHowToTakeADeviceFromTheKernel) {
    const FakeSysfs sysfs;
    sysfs.pci_device("0000:3b:00.0", "0x020000", "ixgbe");
    sysfs.file("kernel/iommu_groups/1/type", "DMA");
    const std::string text = explain_pci("0000:3b:00.0", "", sysfs.root());
    EXPECT_THAT(text, HasSubstr("kernel driver ixgbe"));
    EXPECT_THAT(text, HasSubstr("'modprobe vfio-pci && dpdk-devbind.py -b vfio-pci 0000:3b:00.0'"));
    EXPECT_THAT(text, Not(HasSubstr("noiommu")));
}

TEST(PciExplanation, SpeaksOfTheUnsafeModeOnlyWithoutAnIommu) {
    const FakeSysfs sysfs;
    sysfs.pci_device("0000:3b:00.0", "0x020000", "");
    const std::string text = explain_pci("0000:3b:00.0", "", sysfs.root());
    EXPECT_THAT(text, HasSubstr("bound to no driver"));
    EXPECT_THAT(text, HasSubstr("enable_unsafe_noiommu_mode && dpdk-devbind.py -b vfio-pci 0000:3b:00.0"));
    EXPECT_THAT(text, HasSubstr("intel_iommu=on"));
}

TEST(PciExplanation, QuotesDpdkWhenTheBindingIsRight) {
    const FakeSysfs sysfs;
    sysfs.pci_device("0000:3b:00.0", "0x020000", "vfio-pci");
    EXPECT_EQ(explain_pci("0000:3b:00.0", "cannot open group", sysfs.root()),
              "it is bound to vfio-pci, but no driver of DPDK took it (vendor 0x8086 device 0x1572): cannot "
              "open group");
}

} // namespace
} // namespace mcfwd::dataplane
